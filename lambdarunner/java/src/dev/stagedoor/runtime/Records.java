package dev.stagedoor.runtime;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Record classes, by reflection: this runtime is compiled for a Java without them. */
final class Records {
    private Records() {}

    /** The accessors of a record in the order of its components; none for other classes. */
    static List<Method> accessors(Class<?> type) {
        List<Method> accessors = new ArrayList<>();
        try {
            Object components = Class.class.getMethod("getRecordComponents").invoke(type);
            for (int i = 0; components != null && i < Array.getLength(components); i++) {
                Object component = Array.get(components, i);
                accessors.add((Method) component.getClass().getMethod("getAccessor").invoke(component));
            }
        } catch (ReflectiveOperationException e) {
            accessors.clear(); // no records in this Java
        }
        return accessors;
    }

    /** Makes a record of a JSON object. */
    static Object make(Class<?> type, List<Method> accessors, Map<?, ?> members) throws ReflectiveOperationException {
        Class<?>[] types = new Class<?>[accessors.size()];
        Object[] values = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            Type component = accessors.get(i).getGenericReturnType();
            types[i] = accessors.get(i).getReturnType();
            values[i] = Binder.bind(members.get(accessors.get(i).getName()), component);
        }
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return constructor.newInstance(values);
    }
}
