/**
 * A coordinator's HTTP API from outside: what is asked and answered, jobs brought there with their
 * files, and the stream of a job's events, over as many connections as that takes. The command and
 * the Java API are made of it.
 */
package dev.yamabiko.client;
