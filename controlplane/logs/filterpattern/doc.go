// Package filterpattern compiles the filter patterns of CloudWatch Logs: terms, regular
// expressions, conditions on JSON ("{ $.a = 1 }") and on columns ("[ip, ..., status = 4*]").
//
// Source: AWS's "Filter pattern syntax for metric filters, subscription filters, filter log
// events, and Live Tail".
package filterpattern
