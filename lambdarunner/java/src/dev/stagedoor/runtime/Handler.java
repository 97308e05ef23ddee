package dev.stagedoor.runtime;

import java.util.Map;

/** A function's handler, whatever its form: from an event's bytes to a result's. */
interface Handler {
    byte[] handle(byte[] event, Map<String, String> headers) throws Throwable;
}
