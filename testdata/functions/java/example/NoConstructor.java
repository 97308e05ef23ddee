package example;

public class NoConstructor {
    public NoConstructor(int unused) {}

    public void handle() {}
}
