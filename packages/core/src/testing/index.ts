export { backendContract, type ContractCase, type ContractHarness, type ContractSubject } from './backend-contract.ts';
export { type FakeClock, fakeClock } from './fake-clock.ts';
export { type FaultProxy, faultProxy } from './fault-proxy.ts';
