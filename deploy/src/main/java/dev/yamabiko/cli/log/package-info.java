/**
 * How the log of a process looks and where it goes. Text on standard error is what {@link
 * dev.yamabiko.cli.log.TextLog} begins with; all else is asked for.
 */
package dev.yamabiko.cli.log;
