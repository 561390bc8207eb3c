/** Lets others get to work: everything that the database does blocks them. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
