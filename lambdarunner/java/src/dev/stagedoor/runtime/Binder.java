package dev.stagedoor.runtime;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Turns JSON values into values of the types that handlers declare. */
final class Binder {
    private Binder() {}

    static Object bind(Object json, Type type) {
        Class<?> raw = raw(type);
        if (raw == Optional.class) {
            return Optional.ofNullable(json == null ? null : bind(json, argument(type, 0)));
        }
        if (json == null) {
            return raw.isPrimitive() ? Array.get(Array.newInstance(raw, 1), 0) : null;
        }
        if (raw == Object.class || raw == Void.class) {
            return raw == Void.class ? null : json;
        }
        try {
            return json instanceof Map ? object((Map<?, ?>) json, type, raw)
                    : json instanceof List ? list((List<?>) json, type, raw) : scalar(json, raw);
        } catch (InvocationTargetException e) {
            throw new JsonException("Cannot make " + raw.getName(), e.getCause());
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            throw new JsonException("Cannot make " + raw.getName(), e);
        }
    }

    private static Object object(Map<?, ?> json, Type type, Class<?> raw) throws ReflectiveOperationException {
        if (Map.class.isAssignableFrom(raw)) {
            Map<Object, Object> map = mapOf(raw);
            Type keys = argument(type, 0);
            Type values = argument(type, 1);
            for (Map.Entry<?, ?> entry : json.entrySet()) {
                map.put(bind(entry.getKey(), keys), bind(entry.getValue(), values));
            }
            return map;
        }
        if (raw == String.class || raw.isPrimitive() || raw.isArray() || raw.isEnum()
                || Number.class.isAssignableFrom(raw) || Collection.class.isAssignableFrom(raw)) {
            throw mismatch("an object", raw);
        }
        List<Method> components = Records.accessors(raw);
        if (!components.isEmpty()) {
            return Records.make(raw, components, json);
        }
        boolean event = Properties.isEvent(raw);
        Object value = event ? emptyEvent(raw) : empty(raw.getDeclaredConstructor());
        Properties properties = Properties.of(raw);
        for (Map.Entry<?, ?> entry : json.entrySet()) {
            Properties.Target target = properties.target((String) entry.getKey());
            if (target == null) {
                continue;
            }
            Object member = entry.getValue();
            if (event && target.type == Date.class && member instanceof Number) {
                // Times of events are in seconds.
                member = Math.round(((Number) member).doubleValue() * 1000);
            }
            target.set(value, bind(member, resolve(target.type, type)));
        }
        return value;
    }

    /** Calls a constructor with nothing, or with zero and null. */
    private static Object empty(Constructor<?> constructor) throws ReflectiveOperationException {
        constructor.setAccessible(true);
        Object[] arguments = new Object[constructor.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = Array.get(Array.newInstance(constructor.getParameterTypes()[i], 1), 0);
        }
        return constructor.newInstance(arguments);
    }

    private static Object emptyEvent(Class<?> raw) throws ReflectiveOperationException {
        Constructor<?> shortest = null;
        for (Constructor<?> constructor : raw.getDeclaredConstructors()) {
            if (shortest == null || constructor.getParameterCount() < shortest.getParameterCount()) {
                shortest = constructor;
            }
        }
        return empty(shortest == null ? raw.getDeclaredConstructor() : shortest);
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object> mapOf(Class<?> raw) throws ReflectiveOperationException {
        if (raw.isInterface() || Modifier.isAbstract(raw.getModifiers())) {
            return SortedMap.class.isAssignableFrom(raw) ? new TreeMap<>() : new LinkedHashMap<>();
        }
        return (Map<Object, Object>) raw.getDeclaredConstructor().newInstance();
    }

    private static Object list(List<?> json, Type type, Class<?> raw) throws ReflectiveOperationException {
        if (raw.isArray()) {
            Type item = type instanceof GenericArrayType ? ((GenericArrayType) type).getGenericComponentType() : raw.getComponentType();
            Object array = Array.newInstance(raw.getComponentType(), json.size());
            for (int i = 0; i < json.size(); i++) {
                Array.set(array, i, bind(json.get(i), item));
            }
            return array;
        }
        if (!Iterable.class.isAssignableFrom(raw)) {
            throw mismatch("an array", raw);
        }
        Collection<Object> items = collectionOf(raw);
        Type item = argument(type, 0);
        for (Object element : json) {
            items.add(bind(element, item));
        }
        return items;
    }

    @SuppressWarnings("unchecked")
    private static Collection<Object> collectionOf(Class<?> raw) throws ReflectiveOperationException {
        if (!raw.isInterface() && !Modifier.isAbstract(raw.getModifiers())) {
            return (Collection<Object>) raw.getDeclaredConstructor().newInstance();
        }
        if (SortedSet.class.isAssignableFrom(raw)) {
            return new TreeSet<>();
        }
        return raw.isAssignableFrom(ArrayList.class) ? new ArrayList<>() : new LinkedHashSet<>();
    }

    private static Object scalar(Object json, Class<?> raw) throws ReflectiveOperationException {
        if (raw.isInstance(json)) {
            return json;
        }
        String text = json.toString();
        if (raw == String.class || raw == CharSequence.class) {
            return text;
        }
        if (raw == boolean.class || raw == Boolean.class) {
            if (text.equals("true") || text.equals("false")) {
                return Boolean.valueOf(text);
            }
            throw mismatch(text, raw);
        }
        Object number = number(json, text, raw);
        if (number != null) {
            return number;
        }
        if ((raw == char.class || raw == Character.class) && text.length() == 1) {
            return text.charAt(0);
        }
        if (raw == Date.class && json instanceof Number) {
            return new Date(((Number) json).longValue());
        }
        if (raw == Date.class) {
            return Date.from(java.time.OffsetDateTime.parse(text).toInstant());
        }
        if (raw == byte[].class) {
            return Base64.getDecoder().decode(text);
        }
        if (raw == ByteBuffer.class) {
            return ByteBuffer.wrap(Base64.getDecoder().decode(text));
        }
        return parsed(text, raw);
    }

    private static Number number(Object json, String text, Class<?> raw) {
        boolean wide = raw == double.class || raw == Double.class || raw == float.class || raw == Float.class;
        if (wide) {
            double value = Double.parseDouble(text);
            return raw == float.class || raw == Float.class ? (Number) (float) value : (Number) value;
        }
        if (raw == BigDecimal.class || raw == Number.class) {
            return new BigDecimal(text);
        }
        boolean whole = raw == int.class || raw == Integer.class || raw == long.class || raw == Long.class || raw == short.class
                || raw == Short.class || raw == byte.class || raw == Byte.class || raw == BigInteger.class;
        if (!whole) {
            return null;
        }
        BigInteger value = new BigDecimal(text).toBigInteger(); // drops a fraction, as AWS's does
        try {
            if (raw == BigInteger.class) {
                return value;
            }
            if (raw == long.class || raw == Long.class) {
                return value.longValueExact();
            }
            if (raw == int.class || raw == Integer.class) {
                return value.intValueExact();
            }
            return raw == short.class || raw == Short.class ? (Number) value.shortValueExact() : (Number) value.byteValueExact();
        } catch (ArithmeticException e) {
            throw new JsonException(json + " is out of the range of " + raw.getName(), e);
        }
    }

    /** Makes a value of a text by what its class offers for that. */
    private static Object parsed(String text, Class<?> raw) throws ReflectiveOperationException {
        for (String name : new String[] {"valueOf", "parse", "fromString", "of"}) {
            for (Method method : raw.getMethods()) {
                if (method.getName().equals(name) && Modifier.isStatic(method.getModifiers()) && method.getParameterCount() == 1
                        && method.getParameterTypes()[0].isInstance(text) && raw.isAssignableFrom(method.getReturnType())) {
                    return method.invoke(null, text);
                }
            }
        }
        for (Constructor<?> constructor : raw.getConstructors()) {
            if (constructor.getParameterCount() == 1 && constructor.getParameterTypes()[0] == String.class) {
                return constructor.newInstance(text);
            }
        }
        throw mismatch("'" + text + "'", raw);
    }

    private static JsonException mismatch(String what, Class<?> raw) {
        return new JsonException("Cannot make " + raw.getName() + " of " + what);
    }

    static Class<?> raw(Type type) {
        if (type instanceof Class) {
            return (Class<?>) type;
        }
        if (type instanceof ParameterizedType) {
            return raw(((ParameterizedType) type).getRawType());
        }
        if (type instanceof GenericArrayType) {
            return Array.newInstance(raw(((GenericArrayType) type).getGenericComponentType()), 0).getClass();
        }
        if (type instanceof WildcardType) {
            return raw(((WildcardType) type).getUpperBounds()[0]);
        }
        return raw(((TypeVariable<?>) type).getBounds()[0]);
    }

    /** The type argument of a map or collection type, Object when it has none. */
    private static Type argument(Type type, int index) {
        if (type instanceof ParameterizedType) {
            Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
            return arguments.length > index ? arguments[index] : Object.class;
        }
        return Object.class;
    }

    /** What a type variable of owner's class stands for. */
    static Type resolve(Type type, Type owner) {
        if (type instanceof TypeVariable && owner instanceof ParameterizedType) {
            TypeVariable<?>[] variables = raw(owner).getTypeParameters();
            for (int i = 0; i < variables.length; i++) {
                if (variables[i].equals(type)) {
                    return ((ParameterizedType) owner).getActualTypeArguments()[i];
                }
            }
        }
        return type;
    }
}
