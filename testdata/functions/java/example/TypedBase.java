package example;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;

abstract class TypedBase<T> implements RequestHandler<T, String> {
    @Override
    public String handleRequest(T input, Context context) {
        return text(input);
    }

    protected abstract String text(T input);
}
