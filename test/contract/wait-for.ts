/** Resolves when `condition` holds; fails the test after `timeoutMs`, which is there to end a hang, not to measure. */
export async function waitFor(condition: () => boolean, timeoutMs = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`this never came true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
