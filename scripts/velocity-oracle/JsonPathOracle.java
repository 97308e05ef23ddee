import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.minidev.json.JSONArray;
import net.minidev.json.JSONStyle;
import net.minidev.json.JSONValue;
import net.minidev.json.parser.JSONParser;

/**
 * Evaluates paths with Jayway JsonPath.
 *
 * <p>Usage: JsonPathOracle (record | generate N) golden.json... Each file holds a document and its
 * cases. Record fills in what Jayway answers to each path: whether it is definite, and "want" (JSON
 * text) or "error". Generate adds N random paths made of the document's own names first; the same
 * file gives the same paths.
 */
public final class JsonPathOracle {
  public static void main(String[] args) throws Exception {
    int first = args[0].equals("generate") ? 2 : 1;
    for (int i = first; i < args.length; i++) {
      Path file = Path.of(args[i]);
      Map<String, Object> in =
          (Map<String, Object>)
              new JSONParser(JSONParser.MODE_PERMISSIVE)
                  .parse(Files.readString(file), JSONValue.defaultReader.DEFAULT_ORDERED);
      String document = (String) in.get("document");
      Set<String> paths = new LinkedHashSet<>();
      for (Object row : (JSONArray) in.get("cases")) {
        paths.add((String) ((Map<String, Object>) row).get("path"));
      }
      if (first == 2) {
        new Generator(document, paths.size()).add(paths, Integer.parseInt(args[1]));
      }
      write(file, document, paths);
    }
  }

  private static void write(Path file, String document, Set<String> paths) throws Exception {
    List<String> rows = new ArrayList<>();
    for (String path : paths) {
      rows.add("    " + text(answer(document, path)));
    }
    Files.writeString(
        file,
        "{\n  \"document\": "
            + text(document)
            + ",\n  \"cases\": [\n"
            + String.join(",\n", rows)
            + "\n  ]\n}\n");
  }

  private static Map<String, Object> answer(String document, String path) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("path", path);
    JsonPath compiled;
    try {
      compiled = JsonPath.compile(path);
    } catch (InvalidPathException | IllegalArgumentException e) {
      out.put("error", "syntax");
      return out;
    }
    try {
      out.put("definite", compiled.isDefinite());
      Object parsed = Configuration.defaultConfiguration().jsonProvider().parse(document);
      out.put("want", text(compiled.read(parsed)));
    } catch (PathNotFoundException e) {
      out.put("error", "not found");
    } catch (RuntimeException e) {
      out.put("error", "failed");
    }
    return out;
  }

  private static String text(Object value) {
    return JSONValue.toJSONString(value, JSONStyle.LT_COMPRESS);
  }

  /** Makes random paths. */
  private static final class Generator {
    private static final String[] FUNCTIONS = {
      "length()", "size()", "min()", "max()", "sum()", "avg()", "stddev()", "keys()", "first()",
      "last()", "index(1)", "concat()"
    };
    private static final String[] OPERATORS = {
      "==", "!=", "<", "<=", ">", ">=", "===", "!==", "in", "nin", "contains", "size", "empty",
      "subsetof", "anyof", "noneof", "=~"
    };
    private final Random random;
    private final List<String> names = new ArrayList<>();
    private final List<String> literals = new ArrayList<>();

    Generator(String document, int seed) {
      random = new Random(seed);
      collect(Configuration.defaultConfiguration().jsonProvider().parse(document));
      literals.addAll(
          List.of("1", "10", "'a'", "\"x y\"", "true", "null", "[1,2]", "['a','b']", "/.*e.*/i"));
    }

    private void collect(Object value) {
      if (value instanceof Map) {
        for (Map.Entry<String, Object> entry : ((Map<String, Object>) value).entrySet()) {
          names.add(entry.getKey());
          collect(entry.getValue());
        }
      } else if (value instanceof List) {
        ((List<Object>) value).forEach(this::collect);
      } else if (value instanceof String && !((String) value).contains("'")) {
        literals.add("'" + value + "'");
      } else if (value != null) {
        literals.add(value.toString());
      }
    }

    void add(Set<String> paths, int count) {
      int size = paths.size() + count;
      while (paths.size() < size) {
        paths.add(path("$", 1 + random.nextInt(4), 0));
      }
    }

    private String pick(List<String> from) {
      return from.get(random.nextInt(from.size()));
    }

    private String path(String start, int length, int depth) {
      StringBuilder out = new StringBuilder(start);
      for (int i = 0; i < length; i++) {
        out.append(part(i == length - 1, depth));
      }
      return out.toString();
    }

    private String part(boolean last, int depth) {
      String name = pick(names);
      switch (random.nextInt(depth > 0 ? 12 : 18)) {
        case 0, 1, 2, 3, 4:
          return name.matches("[A-Za-z0-9_-]+") ? "." + name : "['" + name + "']";
        case 5:
          return "[" + (random.nextInt(5) - 2) + "]";
        case 6:
          return "['" + name + "']";
        case 7:
          return ".*";
        case 8:
          return "['" + name + "','" + pick(names) + "']";
        case 9:
          return "[*]";
        case 10:
          return "[" + random.nextInt(3) + "," + (random.nextInt(4) - 1) + "]";
        case 11:
          return last ? "." + FUNCTIONS[random.nextInt(FUNCTIONS.length)] : "." + name;
        case 12:
          return "[" + (random.nextInt(6) - 3) + ":" + (random.nextInt(6) - 2) + "]";
        case 13:
          return "[:" + (random.nextInt(6) - 2) + "]";
        case 14:
          return "[" + (random.nextInt(6) - 3) + ":]";
        case 15:
          return ".." + (name.matches("[A-Za-z0-9_-]+") ? name : "*");
        default:
          return "[?(" + condition(0) + ")]";
      }
    }

    private String condition(int depth) {
      switch (random.nextInt(depth > 1 ? 5 : 9)) {
        case 0:
          return operand();
        case 5:
          return condition(depth + 1) + " && " + condition(depth + 1);
        case 6:
          return condition(depth + 1) + " || " + condition(depth + 1);
        case 7:
          return "!(" + condition(depth + 1) + ")";
        case 8:
          return "!" + operand();
        default:
          String operator = OPERATORS[random.nextInt(OPERATORS.length)];
          String right =
              operator.equals("=~")
                  ? "/.*" + (char) ('a' + random.nextInt(26)) + ".*/"
                  : operator.equals("empty") ? "true" : pick(literals);
          return operand() + " " + operator + " " + right;
      }
    }

    private String operand() {
      return random.nextInt(8) == 0
          ? path("$", 1, 1)
          : random.nextInt(5) == 0 ? "@" : path("@", 1 + random.nextInt(2), 1);
    }
  }
}
