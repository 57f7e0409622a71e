import type { TextsResponse } from '../http/routes/texts/schemas.ts';
import { call } from './api.ts';
import { ApiProblem } from './api-problem.ts';

type Scored = Extract<TextsResponse['results'][number], { status: 'ok' }>;

/**
 * Scores one text.
 *
 * @param query of the request, such as `?explain=words`
 * @throws ApiProblem
 */
export async function scoreText(
  text: string,
  query = '',
): Promise<{ readonly result: Scored; readonly model: TextsResponse['model'] }> {
  const { results, model } = await call<TextsResponse>(`/v1/inference${query}`, { texts: [text] });
  const [result] = results;
  if (!result) throw new Error('The service answered without a result.');
  if (result.status === 'error') throw new ApiProblem(result.problem.code, result.problem.detail);
  return { result, model };
}
