package dev.stagedoor.runtime;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Standard output and error, in UTF-8 whatever the locale. */
final class Output {
    private Output() {}

    static void install() {
        System.setOut(new PrintStream(new java.io.BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 8192), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new java.io.BufferedOutputStream(new FileOutputStream(FileDescriptor.err), 8192), true, StandardCharsets.UTF_8));
    }

    /** Prints text as one or more whole lines. */
    static void line(String text) {
        System.out.print(text.endsWith("\n") ? text : text + "\n");
        System.out.flush();
    }

    static void flush() {
        System.out.flush();
        System.err.flush();
    }
}
