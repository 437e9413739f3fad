/**
 * Brings a run's data to workers that share no file system with the coordinator: the prepared
 * dataset is cut into blocks, named by its content, served by the coordinator and kept by workers
 * from one run to the next. How blocks travel is somebody else's business ({@link
 * dev.yamabiko.data.blocks.BlockSource}).
 *
 * <pre>
 *   PreparedDatasets --- blocks and the manifest's pages ---&gt; WorkerDataCache
 *        |                                                       |
 *        +---------------- ContentDirectory, ContentLocks -------+
 * </pre>
 */
package dev.yamabiko.data.blocks;
