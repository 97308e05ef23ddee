package wire

import (
	"math/big"
	"reflect"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/document"
)

var serializableType = reflect.TypeFor[smithy.Serializable]()

// schemaOf returns the schema of an SDK structure type, or nil when t is none.
// The SDK keeps no registry from Go type to schema, but each structure's own
// Serialize begins with WriteStruct(schema): it is run on a zero value and
// listened to.
func schemaOf(t reflect.Type) *smithy.Schema {
	if !reflect.PointerTo(t).Implements(serializableType) {
		return nil
	}
	var listener schemaListener
	value, ok := reflect.TypeAssert[smithy.Serializable](reflect.New(t))
	if !ok {
		return nil
	}
	value.Serialize(&listener)
	return listener.schema
}

// schemaListener is a smithy.ShapeSerializer that keeps the schema of the first
// structure written to it and forgets everything else.
type schemaListener struct {
	schema *smithy.Schema
}

func (l *schemaListener) WriteStruct(s *smithy.Schema) {
	if l.schema == nil {
		l.schema = s
	}
}

func (*schemaListener) Bytes() []byte                                { return nil }
func (*schemaListener) WriteInt8(*smithy.Schema, int8)               {}
func (*schemaListener) WriteInt16(*smithy.Schema, int16)             {}
func (*schemaListener) WriteInt32(*smithy.Schema, int32)             {}
func (*schemaListener) WriteInt64(*smithy.Schema, int64)             {}
func (*schemaListener) WriteFloat32(*smithy.Schema, float32)         {}
func (*schemaListener) WriteFloat64(*smithy.Schema, float64)         {}
func (*schemaListener) WriteBool(*smithy.Schema, bool)               {}
func (*schemaListener) WriteString(*smithy.Schema, string)           {}
func (*schemaListener) WriteBigInt(*smithy.Schema, *big.Int)         {}
func (*schemaListener) WriteBigFloat(*smithy.Schema, *big.Float)     {}
func (*schemaListener) WriteBlob(*smithy.Schema, []byte)             {}
func (*schemaListener) WriteTime(*smithy.Schema, time.Time)          {}
func (*schemaListener) WriteUnion(_, _ *smithy.Schema)               {}
func (*schemaListener) CloseUnion()                                  {}
func (*schemaListener) WriteDocument(*smithy.Schema, document.Value) {}
func (*schemaListener) WriteNil(*smithy.Schema)                      {}
func (*schemaListener) CloseStruct()                                 {}
func (*schemaListener) WriteList(*smithy.Schema)                     {}
func (*schemaListener) CloseList()                                   {}
func (*schemaListener) WriteMap(*smithy.Schema)                      {}
func (*schemaListener) WriteKey(*smithy.Schema, string)              {}
func (*schemaListener) CloseMap()                                    {}
