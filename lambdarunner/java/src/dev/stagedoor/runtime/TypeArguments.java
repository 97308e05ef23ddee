package dev.stagedoor.runtime;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;

/** Tells what a class bound the type parameters of an interface to. */
final class TypeArguments {
    private TypeArguments() {}

    /** The argument at index, null when the class does not say. */
    static Type of(Type type, Class<?> contract, int index) {
        Class<?> raw = Binder.raw(type);
        if (raw == contract) {
            Type found = type instanceof ParameterizedType ? ((ParameterizedType) type).getActualTypeArguments()[index] : null;
            return found instanceof TypeVariable ? null : found;
        }
        for (Type parent : raw.getGenericInterfaces()) {
            if (contract.isAssignableFrom(Binder.raw(parent))) {
                return of(bound(parent, type), contract, index);
            }
        }
        Type parent = raw.getGenericSuperclass();
        return parent == null || !contract.isAssignableFrom(Binder.raw(parent)) ? null : of(bound(parent, type), contract, index);
    }

    /** A supertype with the type variables of the type below it replaced. */
    private static Type bound(Type parent, Type type) {
        if (!(parent instanceof ParameterizedType)) {
            return parent;
        }
        ParameterizedType generic = (ParameterizedType) parent;
        Type[] arguments = generic.getActualTypeArguments();
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = Binder.resolve(arguments[i], type);
        }
        return new ParameterizedType() {
            @Override
            public Type[] getActualTypeArguments() {
                return arguments.clone();
            }

            @Override
            public Type getRawType() {
                return generic.getRawType();
            }

            @Override
            public Type getOwnerType() {
                return generic.getOwnerType();
            }
        };
    }
}
