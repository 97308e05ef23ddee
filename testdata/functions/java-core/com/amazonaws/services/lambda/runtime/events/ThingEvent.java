package com.amazonaws.services.lambda.runtime.events;

import java.nio.ByteBuffer;
import java.util.Date;
import java.util.List;

/** Stands for the event library, whose classes follow rules of their own. */
public class ThingEvent {
    /** Neither setters nor a constructor without parameters. */
    public static class Record {
        private final String eventSourceArn;
        private final Date at;
        private final ByteBuffer data;
        private final String detailType;

        public Record(String eventSourceArn, Date at, ByteBuffer data, String detailType) {
            this.eventSourceArn = eventSourceArn;
            this.at = at;
            this.data = data;
            this.detailType = detailType;
        }

        public String getEventSourceArn() {
            return eventSourceArn;
        }

        public Date getAt() {
            return at;
        }

        public ByteBuffer getData() {
            return data;
        }

        public String getDetailType() {
            return detailType;
        }
    }

    private List<Record> records;
    private boolean isBase64Encoded;

    public List<Record> getRecords() {
        return records;
    }

    public void setRecords(List<Record> records) {
        this.records = records;
    }

    public boolean isBase64Encoded() {
        return isBase64Encoded;
    }

    public void setBase64Encoded(boolean encoded) {
        isBase64Encoded = encoded;
    }
}
