public import NodeContract

/// What the loss of a node, or of a site, would mean if it happened now.
public struct LossForecast: Hashable, Sendable {
  /// What would be taken over, by name: exactly what takeovers would write.
  public var takeovers: [GrantStep] = []
  /// Addresses that nobody could take over.
  public var lost: [AddressName] = []
  public var tenants = 0
  /// Nodes that would carry more than they can, with what they would carry.
  public var overloaded: [NodeName: Int64] = [:]

  /// Whether every call could go on.
  public var isHarmless: Bool { lost.isEmpty && overloaded.isEmpty }
}

/// Answers “what would the loss of X mean” for every X of one view.
public struct LossForecaster: Sendable {
  private let table: CellTable

  public init(_ view: CellView) { table = CellTable(view) }

  public func loss(of node: NodeName) -> LossForecast {
    guard let index = table.view.nodes.firstIndex(where: { $0.name == node }) else {
      return LossForecast()
    }
    return loss { $0 == index }
  }

  public func loss(of site: SiteName) -> LossForecast {
    guard let index = table.sites.firstIndex(of: site) else { return LossForecast() }
    return loss { table.siteOfNode[$0] == index }
  }

  /// For every node and every site.
  public func all() -> (nodes: [NodeName: LossForecast], sites: [SiteName: LossForecast]) {
    var nodes: [NodeName: LossForecast] = [:]
    for node in table.view.nodes.indices {
      nodes[table.view.nodes[node].name] = loss { $0 == node }
    }
    var sites: [SiteName: LossForecast] = [:]
    for site in 0..<table.siteCount {
      sites[table.sites[site]] = loss { table.siteOfNode[$0] == site }
    }
    return (nodes, sites)
  }

  private func loss(_ isLost: (Int) -> Bool) -> LossForecast {
    var forecast = LossForecast()
    var after = table
    var orphaned: [Int] = []
    for node in table.held.indices where isLost(node) {
      for address in table.held[node].sorted() {
        forecast.tenants += table.view.addresses[address].tenants
        let heirs = [table.heir[address], table.standby[address]]
        let next = heirs.first { $0 != CellTable.nobody && !isLost($0) && table.isHeard[$0] }
        guard let next else {
          forecast.lost.append(table.view.addresses[address].name)
          continue
        }
        after.move(address, to: next)
        orphaned.append(address)
      }
    }
    forecast.takeovers = takeovers(of: orphaned, in: after, isLost)
    for node in after.load.indices where !isLost(node) && after.load[node] > after.capacity[node] {
      forecast.overloaded[after.view.nodes[node].name] = after.load[node]
    }
    return forecast
  }

  /// With heirs chosen anew for what has lost its own.
  private func takeovers(
    of addresses: [Int], in after: CellTable, _ isLost: (Int) -> Bool
  ) -> [GrantStep] {
    var table = after
    for address in addresses {
      if table.heir[address] == table.holder[address] { table.heir[address] = CellTable.nobody }
    }
    var planner = CellPlanner(table: table.without(isLost))
    planner.chooseHeirs(of: addresses)
    return addresses.sorted().compactMap { address in
      let known = table.view.addresses[address]
      guard let grant = known.grant, let holding = planner.table.holding(of: address) else {
        return nil
      }
      return GrantStep(
        address: known.name, holding: holding, generation: grant.epoch.generation,
        expectedRevision: grant.revision, predecessor: grant.epoch,
        forcedMoves: grant.forcedMoves + 1)
    }
  }
}
