package org.opensearch.affinity.integ.cluster;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;

import java.io.IOException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * The number of bytes that another JVM on this machine has allocated on its heap, read over JMX: the exact count of all its threads,
 * those that have ended included. Each reading allocates some kilobytes there itself.
 */
public final class Allocations implements AutoCloseable {
    private final JMXConnector connector;
    private final MBeanServerConnection beans;
    private final ObjectName threads;

    private Allocations(JMXConnector connector) throws IOException, JMException {
        this.connector = connector;
        beans = connector.getMBeanServerConnection();
        threads = new ObjectName("java.lang:type=Threading");
    }

    /** Connects to a JVM, in which this starts a management agent that only this machine can reach. */
    public static Allocations of(long pid) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try {
                return new Allocations(JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent())));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException | JMException e) {
            throw new IOException("the allocations of process " + pid + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Returns the bytes allocated since the JVM started. */
    public long bytes() throws IOException {
        try {
            return (long) beans.getAttribute(threads, "TotalThreadAllocatedBytes");
        } catch (JMException e) {
            throw new IOException("the node's allocations cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
