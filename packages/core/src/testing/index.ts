export { backendContract, type ContractCase, type ContractHarness, type ContractSubject } from './backend-contract.ts';
export { type FakeClock, fakeClock } from './fake-clock.ts';
export { type FaultProxy, faultProxy } from './fault-proxy.ts';
export {
  describeHttpContract,
  type HttpAnswer,
  type HttpCall,
  httpContract,
  type HttpContractCase,
  type HttpFeature,
  type HttpHarness,
  type HttpRoute,
  type HttpSite,
  listening,
  type RunningSite,
  type TestRunner,
} from './http-contract.ts';
