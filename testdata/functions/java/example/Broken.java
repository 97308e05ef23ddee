package example;

public class Broken {
    static {
        if (true) {
            throw new IllegalArgumentException("cannot start");
        }
    }

    public void handle() {}
}
