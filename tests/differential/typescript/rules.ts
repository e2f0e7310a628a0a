// Chapter "Rules": an action is rejected by the first rule that it breaks.

export class Rejection extends Error {
  readonly rule: string;
  readonly field: string;

  constructor(rule: string, field: string) {
    super(`${rule}: ${field}`);
    this.rule = rule;
    this.field = field;
  }
}

export function demand(condition: boolean, rule: string, field: string): void {
  if (!condition) throw new Rejection(rule, field);
}
