// Package responsecache keeps method responses of a stage of a REST API for their time to
// live, within a bound of memory.
package responsecache
