package websocket

import (
	"sync/atomic"
	"time"
)

// Metrics are the counters of a stage, under the names of the CloudWatch metrics.
type Metrics struct {
	ConnectCount, MessageCount                    uint64
	IntegrationError, ClientError, ExecutionError uint64
	// IntegrationLatency is the sum over all messages.
	IntegrationLatency time.Duration
}

type metrics struct {
	connect, message, integrationError, clientError, executionError, latency atomic.Uint64
}

func (m *metrics) read() Metrics {
	return Metrics{
		ConnectCount: m.connect.Load(), MessageCount: m.message.Load(), IntegrationError: m.integrationError.Load(),
		ClientError: m.clientError.Load(), ExecutionError: m.executionError.Load(), IntegrationLatency: time.Duration(m.latency.Load()),
	}
}

// meteredBytes is what counts as one message.
const meteredBytes = 32 << 10

func (m *metrics) countMessage(size int) {
	m.message.Add(uint64(max(1, (size+meteredBytes-1)/meteredBytes)))
}
