package dev.stagedoor.runtime;

import java.io.File;

/** Says which Java it runs on: the path of its launcher and its version. */
public final class Probe {
    private Probe() {}

    public static void main(String[] args) {
        System.out.println(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        System.out.println(System.getProperty("java.version"));
    }
}
