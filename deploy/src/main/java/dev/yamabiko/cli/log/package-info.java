/**
 * How the log of a process looks and where it goes. Text on standard error comes from {@code
 * logback.xml}; all else is asked for, and set here.
 */
package dev.yamabiko.cli.log;
