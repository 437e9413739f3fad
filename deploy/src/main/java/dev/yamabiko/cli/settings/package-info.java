/**
 * What nodes are told, by options, by a file and by {@code nodes.conf} in the jar, which names
 * every setting with its default.
 *
 * <pre>
 *   --port 2551  before  port = 2551 in --config FILE  before  nodes.conf
 * </pre>
 */
package dev.yamabiko.cli.settings;
