/** The package has no types. */
declare module 'asl-validator' {
  interface Answer {
    readonly isValid: boolean;
    errorsText(separator?: string): string;
  }
  export default function validate(definition: object): Answer;
}
