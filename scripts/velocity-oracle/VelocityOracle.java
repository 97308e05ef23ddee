import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONArray;
import net.minidev.json.JSONObject;
import net.minidev.json.JSONStyle;
import net.minidev.json.JSONValue;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;

/**
 * Renders templates with Apache Velocity 1.7.
 *
 * <p>Usage: VelocityOracle cases.json golden.json. The first is a JSON array of objects with a
 * "template"; each is copied to the second with "want" (the text) or "error" added.
 */
public final class VelocityOracle {
  public static void main(String[] args) throws Exception {
    VelocityEngine engine = new VelocityEngine();
    engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
    engine.setProperty(
        "runtime.introspector.uberspect", "org.apache.velocity.util.introspection.SecureUberspector");
    engine.setProperty("directive.foreach.maxloops", "1000");
    engine.setProperty("velocimacro.library", "");
    engine.setProperty("velocimacro.permissions.allow.inline.local.scope", "true");
    engine.init();
    JSONArray cases = (JSONArray) JSONValue.parseWithException(Files.readString(Path.of(args[0])));
    List<String> rows = new ArrayList<>();
    for (Object item : cases) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.putAll((Map<String, Object>) item);
      row.remove("want");
      row.remove("error");
      StringWriter out = new StringWriter();
      try {
        engine.evaluate(context(), out, "template", (String) row.get("template"));
        row.put("want", out.toString());
      } catch (Throwable e) {
        row.put("error", e.getClass().getSimpleName());
      }
      rows.add(JSONObject.toJSONString(row, JSONStyle.LT_COMPRESS));
    }
    Files.writeString(Path.of(args[1]), "[\n" + String.join(",\n", rows) + "\n]\n");
  }

  /** What templates find in their context; the replaying test has the same. */
  private static VelocityContext context() throws Exception {
    VelocityContext context = new VelocityContext();
    context.put("name", "Ann");
    context.put("empty", "");
    context.put("n", 7);
    context.put("d", 1.5);
    context.put("yes", true);
    context.put("no", false);
    context.put("list", new ArrayList<>(List.of("a", "b", "c")));
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("k", "v");
    map.put("x", 1);
    context.put("map", map);
    Map<String, Object> inner = new LinkedHashMap<>();
    inner.put("b", "c");
    inner.put("items", new ArrayList<>(List.of(1, 2)));
    Map<String, Object> outer = new LinkedHashMap<>();
    outer.put("a", inner);
    context.put("obj", outer);
    return context;
  }
}
