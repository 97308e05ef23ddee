package dev.stagedoor.runtime;

/** JSON that cannot be read, or a value that has no JSON. */
final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JsonException(String message) {
        super(message);
    }

    JsonException(String message, Throwable cause) {
        super(message, cause);
    }
}
