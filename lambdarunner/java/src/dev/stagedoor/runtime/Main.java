package dev.stagedoor.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Runs the handler of a Java Lambda function against the Runtime API. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Output.install();
        try {
            serve(new RuntimeApi(System.getenv("AWS_LAMBDA_RUNTIME_API")));
        } catch (IOException e) {
            System.exit(0); // the emulator is gone, and so is the reason to run
        }
    }

    private static void serve(RuntimeApi api) throws IOException {
        Handler handler = load(api);
        for (;;) {
            RuntimeApi.Answer event = api.next();
            String id = event.headers.get("lambda-runtime-aws-request-id");
            String trace = event.headers.get("lambda-runtime-trace-id");
            if (trace != null) {
                System.setProperty("com.amazonaws.xray.traceHeader", trace);
            }
            byte[] result;
            try {
                result = handler.handle(event.body, event.headers);
            } catch (Throwable e) {
                report(api, "invocation/" + id + "/error", e, ErrorObject.typeOf(e));
                if (e instanceof VirtualMachineError) {
                    System.exit(1);
                }
                continue;
            }
            Output.flush();
            api.post("invocation/" + id + "/response", result, null);
        }
    }

    /** Finds the handler. One that is not there fails each invocation, as on AWS. */
    private static Handler load(RuntimeApi api) throws IOException {
        ClassLoader loader = ClassLoader.getSystemClassLoader();
        Thread.currentThread().setContextClassLoader(loader);
        try {
            return Handlers.load(System.getenv("_HANDLER"), loader);
        } catch (Fault fault) {
            if (fault.ends) {
                report(api, "init/error", fault, "Runtime.BadFunctionCode");
                System.exit(1);
            }
            return new Handler() {
                @Override
                public byte[] handle(byte[] event, Map<String, String> headers) throws Fault {
                    throw fault;
                }
            };
        }
    }

    private static void report(RuntimeApi api, String path, Throwable error, String errorType) throws IOException {
        Output.line(ErrorObject.text(error));
        Output.flush();
        byte[] body = JsonWriter.write(ErrorObject.of(error)).getBytes(StandardCharsets.UTF_8);
        api.post(path, body, errorType);
    }
}
