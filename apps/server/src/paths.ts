/** Where files are that a bundle can't contain. The sources find them by themselves. */
export interface BundlePaths {
  /** The child process that probes media. */
  readonly mediaWorker?: string;
  /** The child process that renders. */
  readonly engineWorker?: string;
  /** The folder of the SQL migrations. */
  readonly migrations?: string;
  /** The folder of the sample pictures. */
  readonly samples?: string;
  /** The folder of the guides. */
  readonly docs?: string;
  /** The folder of the built console. */
  readonly console?: string;
}
