/**
 * Runs in this JVM, without a cluster: the same actors, arrays passed by reference. The command and
 * the Java API are made of it.
 */
package dev.yamabiko.local;
