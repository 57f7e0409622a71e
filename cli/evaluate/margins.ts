import { ratio } from '../kit/statistics.ts';

/** Steps of the report; a manifest may choose any `certainMargin`. */
const MARGINS = [0.1, 0.2, 0.3, 0.4];

/** An answer by its distance between the two highest scores. */
export interface MarginClaim {
  readonly margin: number;
  readonly isRight: boolean;
}

/** Accuracy of the answers on both sides of a margin. */
export interface MarginAccuracy {
  readonly margin: number;
  /** Share of the answers with a smaller margin. */
  readonly shareBelow: number;
  /** 0 where there are none. */
  readonly accuracyBelow: number;
  readonly accuracyFrom: number;
}

/** Accuracy by margin: for a manifest's `certainMargin`. */
export function accuracyByMargin(claims: readonly MarginClaim[]): MarginAccuracy[] {
  return MARGINS.map((margin) => {
    const below = claims.filter((claim) => claim.margin < margin);
    const from = claims.filter((claim) => claim.margin >= margin);
    return {
      margin,
      shareBelow: ratio(below.length, claims.length),
      accuracyBelow: accuracyOf(below),
      accuracyFrom: accuracyOf(from),
    };
  });
}

function accuracyOf(claims: readonly MarginClaim[]): number {
  return ratio(claims.filter(({ isRight }) => isRight).length, claims.length);
}
