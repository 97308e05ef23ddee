// Package jsonvalue holds JSON documents the way a mapping template sees them: the
// members of an object keep the order of the document, and a number keeps its
// source text until something computes with it. encoding/json would lose both.
//
// [Parse] reads a document into nil, bool, string, [Number], [*Object] and [*Array];
// [Append] writes compact JSON and [AppendJava] what printing a java.util.Map or a
// json-smart array shows, the two forms templates can produce (RT-09 to RT-18).
//
// A parsed value may be read by many goroutines at a time; templates that change
// one (`$map.put`) own it alone.
package jsonvalue
