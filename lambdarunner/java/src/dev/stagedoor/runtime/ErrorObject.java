package dev.stagedoor.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Error objects as Lambda sends and logs them. */
final class ErrorObject {
    private static final int MAX_CAUSES = 50;

    private ErrorObject() {}

    static String typeOf(Throwable error) {
        return error instanceof Fault ? ((Fault) error).errorType : error.getClass().getName();
    }

    static Map<String, Object> of(Throwable error) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("errorMessage", messageOf(error));
        object.put("errorType", typeOf(error));
        if (!(error instanceof Fault)) {
            List<String> trace = new ArrayList<>();
            for (StackTraceElement frame : frames(error)) {
                trace.add(frame.toString());
            }
            object.put("stackTrace", trace);
        }
        return object;
    }

    private static String messageOf(Throwable error) {
        return error.getMessage() == null ? error.getClass().getName() : error.getMessage();
    }

    /** The frames below this runtime's. */
    private static List<StackTraceElement> frames(Throwable error) {
        List<StackTraceElement> frames = new ArrayList<>();
        for (StackTraceElement frame : error.getStackTrace()) {
            if (frame.getClassName().startsWith("dev.stagedoor.runtime.")) {
                break;
            }
            frames.add(frame);
        }
        return frames;
    }

    /** The lines that the log gets. */
    static String text(Throwable error) {
        StringBuilder text = new StringBuilder().append(messageOf(error));
        if (typeOf(error) != null) {
            text.append(": ").append(typeOf(error));
        }
        text.append('\n');
        Throwable shown = error instanceof Fault ? error.getCause() : error;
        for (int depth = 0; shown != null && depth < MAX_CAUSES; shown = shown.getCause(), depth++) {
            text.append(depth == 0 ? "" : "Caused by: ").append(shown).append('\n');
            for (StackTraceElement frame : frames(shown)) {
                text.append("\tat ").append(frame).append('\n');
            }
        }
        return text.toString();
    }
}
