package dev.stagedoor.runtime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds the handler that a string such as "example.App::handle" or "example.App" names. */
final class Handlers {
    private static final String REQUEST_HANDLER = "com.amazonaws.services.lambda.runtime.RequestHandler";
    private static final String STREAM_HANDLER = "com.amazonaws.services.lambda.runtime.RequestStreamHandler";
    private static final String DEFAULT_METHOD = "handleRequest";

    private Handlers() {}

    static Handler load(String name, ClassLoader loader) throws Fault {
        int colons = name.indexOf("::");
        String className = colons < 0 ? name : name.substring(0, colons);
        String methodName = colons < 0 ? DEFAULT_METHOD : name.substring(colons + 2);
        if (className.isEmpty() || methodName.isEmpty()) {
            throw new Fault(null, "Invalid handler: `" + name + "'", null, false);
        }
        Class<?> type;
        try {
            type = Class.forName(className, true, loader);
        } catch (ClassNotFoundException e) {
            throw new Fault(ClassNotFoundException.class.getName(), "Class not found: " + className, e, false);
        } catch (LinkageError e) {
            String why = e.getMessage() == null ? "" : ": " + e.getMessage();
            throw new Fault(e.getClass().getName(), "Error loading class " + className + why, e, true);
        }
        Class<?> contract = contractOf(type, loader);
        if (contract == null && colons < 0) {
            throw new Fault(null, "Class does not implement an appropriate handler interface: " + className, null, false);
        }
        Method method = methodOf(type, methodName);
        Object owner = Modifier.isStatic(method.getModifiers()) ? null : instance(type);
        try {
            method.setAccessible(true);
        } catch (RuntimeException e) {
            // A module that does not open itself: what is public works without.
        }
        return takesStreams(method) ? streams(owner, method) : values(owner, method, inputOf(type, method, contract));
    }

    /** The handler interface of the core library that a class implements, null for none. */
    private static Class<?> contractOf(Class<?> type, ClassLoader loader) {
        for (String name : new String[] {REQUEST_HANDLER, STREAM_HANDLER}) {
            try {
                Class<?> contract = Class.forName(name, false, loader);
                if (contract.isAssignableFrom(type)) {
                    return contract;
                }
            } catch (ClassNotFoundException e) {
                // The package has no core library, or not this interface.
            }
        }
        return null;
    }

    private static Object instance(Class<?> type) throws Fault {
        try {
            return type.getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            String message = cause.getMessage() == null ? cause.getClass().getName() : cause.getMessage();
            throw new Fault(cause.getClass().getName(), message, cause, true);
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new Fault(Exception.class.getName(), "Class " + type.getName() + " has no public zero-argument constructor", e, false);
        } catch (ReflectiveOperationException e) {
            throw new Fault(Exception.class.getName(), "Class " + type.getName() + " cannot be instantiated", e, false);
        }
    }

    /** The method of that name that takes most: one with a Context before one without. */
    private static Method methodOf(Class<?> type, String name) throws Fault {
        Method best = null;
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name) && fits(method) && (best == null || takesMore(method, best))) {
                best = method;
            }
        }
        if (best == null) {
            throw new Fault(null, "No public method named " + name + " with appropriate method signature found on class " + type.getName(), null, false);
        }
        return best;
    }

    private static boolean takesMore(Method method, Method other) {
        if (method.isBridge() != other.isBridge()) {
            return other.isBridge();
        }
        if (takesContext(method) != takesContext(other)) {
            return takesContext(method);
        }
        return method.getParameterCount() > other.getParameterCount();
    }

    private static boolean fits(Method method) {
        int values = method.getParameterCount() - (takesContext(method) ? 1 : 0);
        return values <= 1 || takesStreams(method);
    }

    private static boolean takesContext(Method method) {
        int count = method.getParameterCount();
        return count > 0 && method.getParameterTypes()[count - 1].getName().equals(Contexts.INTERFACE);
    }

    private static boolean takesStreams(Method method) {
        Class<?>[] types = method.getParameterTypes();
        int values = types.length - (takesContext(method) ? 1 : 0);
        return values == 2 && types[0] == InputStream.class && types[1] == OutputStream.class;
    }

    /** The type of the event; null for a method that takes none. */
    private static Type inputOf(Class<?> type, Method method, Class<?> contract) {
        if (method.getParameterCount() == (takesContext(method) ? 1 : 0)) {
            return null;
        }
        Type input = method.getGenericParameterTypes()[0];
        if (contract == null || method.getDeclaringClass() == type && !method.isBridge()) {
            return input;
        }
        // Inherited from a generic class, or a lambda: what the interface was bound to.
        Type bound = TypeArguments.of(type, contract, 0);
        return bound == null ? input : bound;
    }

    private static Object call(Object owner, Method method, List<Object> arguments, Map<String, String> headers) throws Throwable {
        if (takesContext(method)) {
            Class<?>[] types = method.getParameterTypes();
            arguments.add(Contexts.of(types[types.length - 1], headers));
        }
        try {
            return method.invoke(owner, arguments.toArray());
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    // No lambdas on the way of every function: the first one costs as much as the
    // start of the whole runtime.
    private static Handler streams(Object owner, Method method) {
        return new Handler() {
            @Override
            public byte[] handle(byte[] event, Map<String, String> headers) throws Throwable {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                List<Object> arguments = new ArrayList<>();
                arguments.add(new ByteArrayInputStream(event));
                arguments.add(out);
                call(owner, method, arguments, headers);
                return out.toByteArray();
            }
        };
    }

    private static Handler values(Object owner, Method method, Type input) {
        return new Handler() {
            @Override
            public byte[] handle(byte[] event, Map<String, String> headers) throws Throwable {
                List<Object> arguments = new ArrayList<>();
                if (input != null && Binder.raw(input) == InputStream.class) {
                    arguments.add(new ByteArrayInputStream(event));
                } else if (input != null) {
                    arguments.add(read(event, input));
                }
                return written(call(owner, method, arguments, headers), method);
            }
        };
    }

    private static Object read(byte[] event, Type input) {
        try {
            return Binder.bind(JsonReader.read(new String(event, StandardCharsets.UTF_8)), input);
        } catch (JsonException e) {
            throw new RuntimeException("An error occurred during JSON parsing", e);
        }
    }

    private static byte[] written(Object result, Method method) {
        if (method.getReturnType() == void.class) {
            return "null".getBytes(StandardCharsets.UTF_8);
        }
        try {
            return JsonWriter.write(result).getBytes(StandardCharsets.UTF_8);
        } catch (JsonException e) {
            throw new RuntimeException("An error occurred during JSON serialization of response", e);
        }
    }
}
