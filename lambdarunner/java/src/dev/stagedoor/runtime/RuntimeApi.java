package dev.stagedoor.runtime;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** One keep-alive connection to the Runtime API. The JDK's clients take long to load. */
final class RuntimeApi {
    private static final String PREFIX = "/2018-06-01/runtime/";

    private final String address;
    private final InputStream in;
    private final OutputStream out;

    RuntimeApi(String address) throws IOException {
        this.address = address;
        int colon = address.lastIndexOf(':');
        Socket socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        out = socket.getOutputStream();
    }

    /** An answer: headers by lower-case name, and the body. */
    static final class Answer {
        final Map<String, String> headers = new HashMap<>();
        byte[] body;
    }

    Answer next() throws IOException {
        out.write(("GET " + PREFIX + "invocation/next HTTP/1.1\r\nHost: " + address + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
        return answer();
    }

    /** Posts JSON; errorType is null but for errors. */
    void post(String path, byte[] body, String errorType) throws IOException {
        StringBuilder head = new StringBuilder("POST ").append(PREFIX).append(path).append(" HTTP/1.1\r\nHost: ").append(address)
                .append("\r\nContent-Type: application/json\r\nContent-Length: ").append(body.length).append("\r\n");
        if (errorType != null) {
            head.append("Lambda-Runtime-Function-Error-Type: ").append(errorType.replaceAll("[\r\n]", " ")).append("\r\n");
        }
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        byte[] request = new byte[start.length + body.length];
        System.arraycopy(start, 0, request, 0, start.length);
        System.arraycopy(body, 0, request, start.length, body.length);
        out.write(request);
        answer();
    }

    private Answer answer() throws IOException {
        Answer answer = new Answer();
        line(); // the status says nothing that we act on
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            answer.headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
        }
        int length = Integer.parseInt(answer.headers.getOrDefault("content-length", "0"));
        answer.body = in.readNBytes(length);
        if (answer.body.length < length) {
            throw new EOFException();
        }
        return answer;
    }

    private String line() throws IOException {
        java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream(80);
        for (;;) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException();
            }
            if (b == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
            if (b != '\r') {
                line.write(b);
            }
        }
    }
}
