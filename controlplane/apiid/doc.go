// Package apiid draws the ids of API Gateway's resources and keeps whose an API id
// is. REST, HTTP and WebSocket APIs share one space of ids: an invoke address names
// only the id.
package apiid
