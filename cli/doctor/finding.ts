export interface Finding {
  readonly state: 'ok' | 'fail';
  readonly found: string;
  readonly remedy?: string;
}
