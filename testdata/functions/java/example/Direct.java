package example;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;

public class Direct implements RequestHandler<Map<String, Order.Item>, Integer> {
    @Override
    public Integer handleRequest(Map<String, Order.Item> input, Context context) {
        return input.values().stream().mapToInt(Order.Item::getCount).sum();
    }
}
