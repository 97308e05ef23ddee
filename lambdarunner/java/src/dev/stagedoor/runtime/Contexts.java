package dev.stagedoor.runtime;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes the Context of an invocation. Its interface is that of the function's own
 * copy of the core library, of whatever version, so it is implemented by name.
 */
final class Contexts {
    static final String INTERFACE = "com.amazonaws.services.lambda.runtime.Context";

    private Contexts() {}

    /** A Context for a method that takes one. */
    static Object of(Class<?> type, Map<String, String> headers) {
        long deadline = Long.parseLong(headers.getOrDefault("lambda-runtime-deadline-ms", "0"));
        Map<String, Object> values = new HashMap<>();
        values.put("getAwsRequestId", headers.get("lambda-runtime-aws-request-id"));
        values.put("getInvokedFunctionArn", headers.get("lambda-runtime-invoked-function-arn"));
        values.put("getTenantId", headers.get("lambda-runtime-aws-tenant-id"));
        values.put("getXrayTraceId", headers.get("lambda-runtime-trace-id"));
        values.put("getLogGroupName", System.getenv("AWS_LAMBDA_LOG_GROUP_NAME"));
        values.put("getLogStreamName", System.getenv("AWS_LAMBDA_LOG_STREAM_NAME"));
        values.put("getFunctionName", System.getenv("AWS_LAMBDA_FUNCTION_NAME"));
        values.put("getFunctionVersion", System.getenv("AWS_LAMBDA_FUNCTION_VERSION"));
        values.put("getMemoryLimitInMB", Integer.valueOf(System.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")));
        Map<?, ?> client = object(headers.get("lambda-runtime-client-context"));
        Map<?, ?> identity = object(headers.get("lambda-runtime-cognito-identity"));
        return proxy(type, new InvocationHandler() { // no lambda, as in Handlers
            @Override
            public Object invoke(Object self, Method method, Object[] arguments) {
                switch (method.getName()) {
                    case "getRemainingTimeInMillis":
                        return (int) Math.max(0, deadline - System.currentTimeMillis());
                    case "getLogger":
                        return logger(method.getReturnType());
                    case "getClientContext":
                        return client == null ? null : clientContext(method.getReturnType(), client);
                    case "getIdentity":
                        return identityOf(method.getReturnType(), identity);
                    default:
                        return values.get(method.getName());
                }
            }
        });
    }

    /** A LambdaLogger, which writes what it is given as lines. */
    static Object logger(Class<?> type) {
        return proxy(type, new InvocationHandler() {
            @Override
            public Object invoke(Object self, Method method, Object[] arguments) {
                if (method.getName().equals("log")) {
                    Object text = arguments[0];
                    Output.line(text instanceof byte[] ? new String((byte[]) text, StandardCharsets.UTF_8) : String.valueOf(text));
                }
                return null;
            }
        });
    }

    private static Object clientContext(Class<?> type, Map<?, ?> json) {
        return proxy(type, (self, method, arguments) -> {
            switch (method.getName()) {
                case "getClient":
                    return json.get("client") instanceof Map ? client(method.getReturnType(), (Map<?, ?>) json.get("client")) : null;
                case "getCustom":
                    return json.get("custom");
                case "getEnvironment":
                    return json.get("env");
                default:
                    return null;
            }
        });
    }

    private static Object client(Class<?> type, Map<?, ?> json) {
        return proxy(type, (self, method, arguments) -> {
            switch (method.getName()) {
                case "getInstallationId":
                    return json.get("installation_id");
                case "getAppTitle":
                    return json.get("app_title");
                case "getAppVersionName":
                    return json.get("app_version_name");
                case "getAppVersionCode":
                    return json.get("app_version_code");
                case "getAppPackageName":
                    return json.get("app_package_name");
                default:
                    return null;
            }
        });
    }

    private static Object identityOf(Class<?> type, Map<?, ?> json) {
        return proxy(type, (self, method, arguments) -> {
            switch (method.getName()) {
                case "getIdentityId":
                    return json == null ? null : json.get("cognitoIdentityId");
                case "getIdentityPoolId":
                    return json == null ? null : json.get("cognitoIdentityPoolId");
                default:
                    return null;
            }
        });
    }

    private static Map<?, ?> object(String json) {
        return json == null || json.isEmpty() ? null : (Map<?, ?>) JsonReader.read(json);
    }

    private static Object proxy(Class<?> type, InvocationHandler calls) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, new InvocationHandler() {
            @Override
            public Object invoke(Object self, Method method, Object[] arguments) throws Throwable {
                if (method.getDeclaringClass() != Object.class) {
                    return returnable(calls.invoke(self, method, arguments), method);
                }
                switch (method.getName()) {
                    case "equals":
                        return self == arguments[0];
                    case "hashCode":
                        return System.identityHashCode(self);
                    default:
                        return type.getSimpleName();
                }
            }
        });
    }

    /** A primitive cannot be null. */
    private static Object returnable(Object value, Method method) {
        Class<?> type = method.getReturnType();
        if (value == null && type.isPrimitive() && type != void.class) {
            return Array.get(Array.newInstance(type, 1), 0);
        }
        return value;
    }
}
