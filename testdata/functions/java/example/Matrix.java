package example;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One handler that does what the event says, the same in every runtime. */
public class Matrix {
    private static int calls;

    public Object handle(Map<String, Object> event) throws Exception {
        calls++;
        switch ((String) event.get("do")) {
            case "echo":
                return event.get("value");
            case "length":
                return ((String) event.get("value")).length();
            case "large":
                return "x".repeat((Integer) event.get("size"));
            case "count":
                return calls;
            case "variable":
                return System.getenv("MY_VARIABLE");
            case "meet":
                return meet(new File((String) event.get("dir")), (Integer) event.get("count"));
            case "layer":
                return new String(new ProcessBuilder("layered").start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            case "fail":
                throw new IllegalStateException("broken");
            case "exit":
                System.exit(3);
                return null;
            default:
                Thread.sleep(3_600_000);
                return null;
        }
    }

    private static long meet(File dir, int count) throws IOException, InterruptedException {
        long pid = ProcessHandle.current().pid();
        new File(dir, String.valueOf(pid)).createNewFile();
        while (dir.list().length < count) {
            Thread.sleep(5);
        }
        return pid;
    }
}
