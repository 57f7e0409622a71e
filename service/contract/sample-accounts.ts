/**
 * The invented accounts of `tss populate --sample`. X will not reach ids as high for decades, so a
 * store that holds such an account holds invented tweets.
 */
export const SAMPLE_ACCOUNTS = [
  { id: '9000000000000000001', username: 'harborlight_mo' },
  { id: '9000000000000007920', username: 'tessa_ledger' },
  { id: '9000000000000015839', username: 'ade_unboxes' },
  { id: '9000000000000023758', username: 'cassini_kid' },
  { id: '9000000000000031677', username: 'greta_goalmouth' },
  { id: '9000000000000039596', username: 'kiln_and_kettle' },
  { id: '9000000000000047515', username: 'devlog_oskar' },
  { id: '9000000000000055434', username: 'weatherly_west' },
  { id: '9000000000000063353', username: 'nurse_b_nights' },
  { id: '9000000000000071272', username: 'quay_market' },
  { id: '9000000000000079191', username: 'cyn_on_screen' },
  { id: '9000000000000087110', username: 'dad_of_four_tk' },
  { id: '9000000000000095029', username: 'halden_help' },
] as const;
