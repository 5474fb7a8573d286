/** Where the files are that a bundle can't hold. The sources find them by themselves. */
export interface BundlePaths {
  /** The child process that looks at media. */
  readonly mediaWorker?: string;
  /** The child process that renders. */
  readonly engineWorker?: string;
  /** The folder of the SQL migrations. */
  readonly migrations?: string;
  /** The folder of the guides. */
  readonly docs?: string;
}
