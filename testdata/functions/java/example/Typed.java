package example;

/** A RequestHandler whose input is bound in a generic class above it. */
public class Typed extends TypedBase<Order.Item> {
    @Override
    protected String text(Order.Item item) {
        return item.getName() + " x " + item.getCount();
    }
}
