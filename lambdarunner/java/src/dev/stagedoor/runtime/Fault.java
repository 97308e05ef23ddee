package dev.stagedoor.runtime;

/** A failure to find or make the handler: an error object without a stack trace. */
final class Fault extends Exception {
    private static final long serialVersionUID = 1L;

    /** The type of the error object; null for none. */
    final String errorType;
    /** Says that the function's own code failed, which ends the process. */
    final boolean ends;

    Fault(String errorType, String message, Throwable cause, boolean ends) {
        super(message, cause);
        this.errorType = errorType;
        this.ends = ends;
    }
}
