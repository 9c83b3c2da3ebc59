export interface Step {
  isDone(): boolean;
  describe(): string;
  run(lock: number): Promise<void>;
}
export function setUp(): Promise<boolean>;
