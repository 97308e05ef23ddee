// Package traffic limits what reaches the backends of an API: token buckets for the
// throttling of stages and methods ([Bucket], [Buckets]).
//
// It knows neither requests nor settings of an API: what is limited, and by how much,
// is decided by the package of the API's kind.
package traffic
