package dev.stagedoor.runtime;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The JSON members of a class of the function: by its setters, getters and public fields. */
final class Properties {
    private static final Map<Class<?>, Properties> KNOWN = new ConcurrentHashMap<>();

    /** How a member is set: its type, and the setter or the field. */
    static final class Target {
        final Type type;
        final Method setter;
        final Field field;

        Target(Type type, Method setter, Field field) {
            this.type = type;
            this.setter = setter;
            this.field = field;
        }

        void set(Object owner, Object value) throws ReflectiveOperationException {
            if (setter != null) {
                setter.invoke(owner, value);
            } else {
                field.set(owner, value);
            }
        }
    }

    /** How a member is read: by the getter or the field. */
    static final class Source {
        final Method getter;
        final Field field;

        Source(Method getter, Field field) {
            this.getter = getter;
            this.field = field;
        }

        Object get(Object owner) throws ReflectiveOperationException {
            return getter == null ? field.get(owner) : getter.invoke(owner);
        }
    }

    final Map<String, Source> sources = new LinkedHashMap<>();
    private final Map<String, Target> targets = new LinkedHashMap<>();
    /** The targets of a class of the event library in whatever case; null for others. */
    private final Map<String, Target> anyCase;

    static Properties of(Class<?> type) {
        Properties known = KNOWN.get(type);
        if (known == null) {
            known = new Properties(type);
            KNOWN.put(type, known);
        }
        return known;
    }

    private Properties(Class<?> type) {
        for (Field field : type.getFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                open(field);
                sources.put(field.getName(), new Source(null, field));
                if (!Modifier.isFinal(field.getModifiers())) {
                    targets.put(field.getName(), new Target(field.getGenericType(), null, field));
                }
            }
        }
        for (Method component : Records.accessors(type)) {
            open(component);
            sources.put(component.getName(), new Source(component, null));
        }
        Map<String, Source> getters = new TreeMap<>();
        for (Method method : type.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) || method.isBridge() || method.getDeclaringClass() == Object.class) {
                continue;
            }
            String name = method.getName();
            if (method.getParameterCount() == 1 && name.length() > 3 && name.startsWith("set")) {
                open(method);
                targets.put(lower(name.substring(3)), new Target(method.getGenericParameterTypes()[0], method, null));
            } else if (method.getParameterCount() == 0 && method.getReturnType() != void.class) {
                String member = memberRead(type, method);
                if (member != null) {
                    open(method);
                    getters.put(member, new Source(method, null));
                }
            }
        }
        sources.putAll(getters);
        anyCase = isEvent(type) ? new TreeMap<>(String.CASE_INSENSITIVE_ORDER) : null;
        if (anyCase != null) {
            anyCase.putAll(targets);
            addFields(type);
        }
    }

    /** Some classes of the event library have neither setters nor a constructor without parameters. */
    private void addFields(Class<?> type) {
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !anyCase.containsKey(field.getName())) {
                    open(field);
                    anyCase.put(field.getName(), new Target(field.getGenericType(), null, field));
                }
            }
        }
    }

    /** The member that a getter reads, null when it is none. */
    private static String memberRead(Class<?> type, Method method) {
        String name = method.getName();
        if (name.length() > 3 && name.startsWith("get")) {
            return lower(name.substring(3));
        }
        boolean truth = method.getReturnType() == boolean.class || method.getReturnType() == Boolean.class;
        if (!truth || name.length() <= 2 || !name.startsWith("is")) {
            return null;
        }
        // The event library has fields that themselves are called isBase64Encoded, with
        // the getter isBase64Encoded, and means their name.
        return isEvent(type) && hasField(type, name) ? name : lower(name.substring(2));
    }

    private static boolean hasField(Class<?> type, String name) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The member with this name; null when there is none. The event library spells
     * some otherwise than the events do: eventSourceARN, Records, detail-type.
     */
    Target target(String name) {
        Target target = targets.get(name);
        if (target != null || anyCase == null) {
            return target;
        }
        target = anyCase.get(name.replace("-", ""));
        return target == null && name.length() > 2 && name.startsWith("is") ? targets.get(lower(name.substring(2))) : target;
    }

    static boolean isEvent(Class<?> type) {
        return type.getName().startsWith("com.amazonaws.services.lambda.runtime.events.");
    }

    /** A member's name: the setter's less its prefix, as bean introspection spells it. */
    private static String lower(String name) {
        if (name.length() > 1 && Character.isUpperCase(name.charAt(0)) && Character.isUpperCase(name.charAt(1))) {
            return name;
        }
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    private static void open(java.lang.reflect.AccessibleObject member) {
        try {
            member.setAccessible(true);
        } catch (RuntimeException e) {
            // A class of a module that does not open itself: what is public works without.
        }
    }
}
