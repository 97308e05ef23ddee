// Package websocket serves the stages of WebSocket APIs: the life of connections, the
// routes of their messages, and @connections.
//
// A handshake and each message are an [Exchange] that goes through the steps of its route;
// what was compiled of a deployment is immutable. A connection belongs to the stage, not to
// a deployment: its next message takes the routes of the latest one.
package websocket
