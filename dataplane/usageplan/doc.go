// Package usageplan decides whether a call with an API key is let through: the key has
// to be there, enabled, and in a usage plan that holds the stage, whose throttle and
// quota have room for one more request.
//
// An [Index] holds the keys and plans that the control plane publishes, which are live:
// unlike an API's methods they need no deployment. It counts the requests of each key in
// each plan.
package usageplan
