package dev.stagedoor.runtime;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Date;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/** Writes values as JSON: maps, lists, scalars, and other objects by their getters. Members that are null are left out. */
final class JsonWriter {
    private static final int MAX_DEPTH = 1000;

    private final StringBuilder out = new StringBuilder();

    static String write(Object value) {
        JsonWriter writer = new JsonWriter();
        writer.value(value, 0);
        return writer.out.toString();
    }

    private void value(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new JsonException("The value is nested deeper than " + MAX_DEPTH + ", or contains itself");
        }
        if (value == null) {
            out.append("null");
        } else if (value instanceof CharSequence || value instanceof Character || value instanceof Enum) {
            string(value instanceof Enum ? ((Enum<?>) value).name() : value.toString());
        } else if (value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Number) {
            number((Number) value);
        } else if (value instanceof Map) {
            map((Map<?, ?>) value, depth);
        } else if (value instanceof Optional) {
            value(((Optional<?>) value).orElse(null), depth);
        } else if (value instanceof byte[]) {
            string(Base64.getEncoder().encodeToString((byte[]) value));
        } else if (value instanceof ByteBuffer) {
            ByteBuffer encoded = Base64.getEncoder().encode(((ByteBuffer) value).duplicate());
            string(StandardCharsets.US_ASCII.decode(encoded).toString());
        } else if (value.getClass().isArray()) {
            array(value, depth);
        } else if (value instanceof Date) {
            out.append(((Date) value).getTime());
        } else if (value instanceof Iterable) {
            items(((Iterable<?>) value).iterator(), depth);
        } else if (opaque(value.getClass())) {
            string(value.toString());
        } else {
            object(value, depth);
        }
    }

    /** Classes of the JDK and of time libraries have a text, not members. */
    private static boolean opaque(Class<?> type) {
        String name = type.getName();
        return name.startsWith("java.") || name.startsWith("org.joda.time.");
    }

    private void number(Number number) {
        if (Double.isNaN(number.doubleValue()) || Double.isInfinite(number.doubleValue()) && !(number instanceof java.math.BigDecimal)
                && !(number instanceof java.math.BigInteger)) {
            string(number.toString());
            return;
        }
        out.append(number);
    }

    private void map(Map<?, ?> map, int depth) {
        char separator = '{';
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (entry.getValue() == null) {
                continue;
            }
            out.append(separator);
            string(String.valueOf(entry.getKey()));
            out.append(':');
            value(entry.getValue(), depth + 1);
            separator = ',';
        }
        out.append(separator == '{' ? "{}" : "}");
    }

    private void array(Object array, int depth) {
        out.append('[');
        for (int i = 0; i < Array.getLength(array); i++) {
            if (i > 0) {
                out.append(',');
            }
            value(Array.get(array, i), depth + 1);
        }
        out.append(']');
    }

    private void items(Iterator<?> items, int depth) {
        out.append('[');
        for (boolean first = true; items.hasNext(); first = false) {
            if (!first) {
                out.append(',');
            }
            value(items.next(), depth + 1);
        }
        out.append(']');
    }

    private void object(Object value, int depth) {
        char separator = '{';
        for (Map.Entry<String, Properties.Source> source : Properties.of(value.getClass()).sources.entrySet()) {
            Object member;
            try {
                member = source.getValue().get(value);
            } catch (InvocationTargetException e) {
                throw new JsonException("Cannot read " + source.getKey() + " of " + value.getClass().getName(), e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new JsonException("Cannot read " + source.getKey() + " of " + value.getClass().getName(), e);
            }
            if (member == null) {
                continue;
            }
            out.append(separator);
            string(source.getKey());
            out.append(':');
            value(member, depth + 1);
            separator = ',';
        }
        out.append(separator == '{' ? "{}" : "}");
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"':
                case '\\':
                    out.append('\\').append(c);
                    break;
                case '\n':
                    out.append("\\n");
                    break;
                case '\r':
                    out.append("\\r");
                    break;
                case '\t':
                    out.append("\\t");
                    break;
                default:
                    boolean lone = Character.isSurrogate(c) && !paired(text, i);
                    if (c < ' ' || lone) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
            }
        }
        out.append('"');
    }

    private static boolean paired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i)) ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
