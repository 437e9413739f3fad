/**
 * What people add to the trainer from their own jars: layers, losses, optimizers, data sources and
 * augmentations, which job files then name like the built-in ones. A {@code ServiceLoader} finds
 * them as providers of {@link dev.yamabiko.extension.Extension}.
 */
package dev.yamabiko.extension;
