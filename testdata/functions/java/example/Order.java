package example;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A class with members of many types. */
public class Order {
    public enum Size { SMALL, LARGE }

    public static class Item {
        private String name;
        private int count;

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public int getCount() {
            return count;
        }

        public void setCount(int count) {
            this.count = count;
        }
    }

    private List<Item> items;
    private Map<String, Double> prices;
    private boolean isUrgent;
    private Size size;
    private long[] numbers;
    private Optional<String> note = Optional.empty();
    public String publicField;

    public List<Item> getItems() {
        return items;
    }

    public void setItems(List<Item> items) {
        this.items = items;
    }

    public Map<String, Double> getPrices() {
        return prices;
    }

    public void setPrices(Map<String, Double> prices) {
        this.prices = prices;
    }

    public boolean isUrgent() {
        return isUrgent;
    }

    public void setUrgent(boolean urgent) {
        isUrgent = urgent;
    }

    public Size getSize() {
        return size;
    }

    public void setSize(Size size) {
        this.size = size;
    }

    public long[] getNumbers() {
        return numbers;
    }

    public void setNumbers(long[] numbers) {
        this.numbers = numbers;
    }

    public Optional<String> getNote() {
        return note;
    }

    public void setNote(Optional<String> note) {
        this.note = note;
    }
}
