package example;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.ThingEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Handlers for the tests of the function runner, one method for each behaviour. */
public class App {
    private static int calls;
    private static int[] sink;

    public Object echo(Object event) {
        return event;
    }

    public Order order(Order order, Context context) {
        for (Order.Item item : order.getItems()) {
            item.setCount(item.getCount() + 1);
        }
        return order;
    }

    public static int sum(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).sum();
    }

    public String upper(String text) {
        return text.toUpperCase();
    }

    public void nothing() {}

    public Map<String, Object> count(Map<String, Object> event) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("calls", ++calls);
        out.put("pid", ProcessHandle.current().pid());
        return out;
    }

    public Map<String, Object> describe(Context context) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", context.getAwsRequestId());
        out.put("arn", context.getInvokedFunctionArn());
        out.put("name", context.getFunctionName());
        out.put("memory", context.getMemoryLimitInMB());
        out.put("remaining", context.getRemainingTimeInMillis() > 0);
        out.put("custom", context.getClientContext() == null ? null : context.getClientContext().getCustom());
        out.put("identity", context.getIdentity().getIdentityId());
        out.put("trace", System.getProperty("com.amazonaws.xray.traceHeader"));
        out.put("variable", System.getenv("MY_VARIABLE"));
        out.put("text", context.toString());
        context.getLogger().log("logged \u00fc");
        System.out.println("printed \u00fc");
        return out;
    }

    public void fail() {
        throw new IllegalStateException("broken", new IOException("below"));
    }

    public Object cycle() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("self", map);
        return map;
    }

    public void exit() {
        System.exit(3);
    }

    public void hang() throws InterruptedException {
        Thread.sleep(3_600_000);
    }

    public String sleep(Map<String, Integer> event) throws InterruptedException {
        Thread.sleep(event.get("millis"));
        return "slept";
    }

    public void memory() {
        sink = new int[Integer.MAX_VALUE / 2];
    }

    public void stream(InputStream in, OutputStream out) throws IOException {
        in.transferTo(out);
    }

    public String large(int size) {
        return "x".repeat(size);
    }

    public void nothingSaid() {
        throw new NullPointerException();
    }

    public ThingEvent thing(ThingEvent event) {
        return event;
    }
}
