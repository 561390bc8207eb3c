/**
 * Messages that came as answers to a run and were refused, as one sentence; no line when there were none.
 *
 * @param count `refusedAnswers` of the report
 */
export function describeRefused(count: number): string[] {
  if (count <= 0) return [];
  const told = count === 1 ? '1 answer was not believed and is not' : `${count} answers were not believed and are not`;
  return [`${told} counted: the audit log says why`];
}
